"""What can be typed after `displacement`? The commands, by what people want of them.

Each imports what it needs when it runs, so that no command waits for what another one needs.
"""
