"""What is shown before it is drawn: tables, accounts, comparisons, balances. No Streamlit."""
