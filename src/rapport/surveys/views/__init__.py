"""Pages: rating for customers, feedback for agents, and when customers are asked."""
