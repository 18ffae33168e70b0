"""What people write down about a customer: addresses, notes and files, each changed where it stands."""
