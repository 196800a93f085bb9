"""Which areas do the tables of users hold? COD-AB, COD-PS and global P-codes, read and judged.

`columns` says what a header means, `reading` makes rows of a file, `nesting` refuses what cannot
be a tree, `vintages` lays a new list over the one before, `residents` reads populations, and
`checks` looks over what is there.
"""
