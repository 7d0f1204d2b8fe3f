"""What is tried with the setup package, a file for each subject; a step is a function that takes the PC."""
