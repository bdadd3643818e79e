"""`$batch`: many requests in one, as multipart text, with change sets that succeed or fail as a whole."""
