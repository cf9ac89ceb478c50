"""What several chapters show, made of Streamlit's parts and ours."""
