"""What Streamlit does not have, each with its JavaScript and its styles."""
