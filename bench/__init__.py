"""Speed and quality beside the peers people would use instead: one table from one run.

How it is kept fair: every system gets the same passages, cut by our splitter, in the very text
that our encoder reads, and txtai the same model files; a system that ranks passages is asked for
100 of them, which are grouped to articles by the best one. Each system is a process of its own,
with the threads its makers chose; the queries are asked one by one, after the same warm-up, nothing
cached. Memory is what stays resident after the last query. Indexing is timed from texts to files on
disk, ours with everything a snapshot holds, its check sums and fsyncs. Nothing is asserted: times
depend on the machine, so quote the ratios of one run.
"""
