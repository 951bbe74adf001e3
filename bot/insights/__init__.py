"""What people asked and did not get: the report, its clusters, and the weekly digest."""
