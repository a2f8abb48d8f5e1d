"""Frames -> charts: what each kind of chart shows, and where. No Streamlit."""
