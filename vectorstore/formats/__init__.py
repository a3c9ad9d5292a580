"""Readers of file formats: bytes in, text and what the file says of itself out.

Text and JSON lines are read in this process, a bounded amount at a time. HTML, PDF and Word files are parsed by large
libraries, some of them in C, from bytes that anybody may have written: that happens in a child process with limits on
memory, processor time and wall time (`sandbox`), which can die without taking the program with it.
"""
