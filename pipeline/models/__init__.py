"""Model adapters: every LLM behind LangChain's chat-model interface."""
