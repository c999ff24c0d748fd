// Most tests here wait for processes and brokers; more of them than processors keep both busy.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
