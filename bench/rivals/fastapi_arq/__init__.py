"""FastAPI, uvicorn and arq."""
