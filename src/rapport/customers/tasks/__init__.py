"""What is to be done for a customer and by when: tasks, reminders, checklists, and how often we call on people."""
