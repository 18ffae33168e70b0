"""Customers from a spreadsheet: read what is in it, guess the columns, try it, write it down, and take it back.

`tables` reads files, `columns` guesses what a column is, `cells` understands one row, `matching` decides what it means
for whom we know, `writing` writes a thousand rows at once, `running` goes through a whole file, `undoing` takes it
back. A row is written once however often the job behind it is killed: its place in the file moves in the same
transaction.
"""
