"""基本养老服务清单 the list of basic services, and what else the public is told."""
