"""The commands of ``moonport``, thin over the library; nothing heavy is imported before one runs."""
