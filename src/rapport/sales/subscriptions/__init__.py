"""What customers pay for again and again, and every change of it, from which recurring revenue and churn are read."""
