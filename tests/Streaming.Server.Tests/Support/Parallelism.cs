// Most tests here wait for processes and brokers; more of them than processors keep both busy.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer("Streaming.Server.Tests.Support.RealKafkaFirst", "Streaming.Server.Tests")]
