"""UNHCR's Refugee Data Finder, trap by trap, and two recorded vintages of its table."""
