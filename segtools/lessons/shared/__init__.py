"""What several lessons share: shops, tables and simple figures."""
