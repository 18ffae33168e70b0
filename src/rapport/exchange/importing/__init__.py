"""Tables of any kind that come in on a page: orders, products, deals, ratings; and go again within thirty days."""
