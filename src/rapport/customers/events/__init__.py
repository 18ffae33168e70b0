"""What customers did, as the company's own systems tell it: "signed in", "order placed", "export started".

Up to ten million rows: nothing here reads or writes them one by one, and every list is entered through an index.
"""
