namespace Streaming.Server.Workloads;

/// <summary>A public data set as a stream of records, for <c>streaming replay</c>.</summary>
public interface IDataSet
{
    /// <summary>Name of the data set's layout.</summary>
    string Name { get; }

    /// <summary>All creatives, then all events by event time. The same records on every call.</summary>
    /// <exception cref="DataSetException">A file is malformed: show the message and stop; part of the records may be out.</exception>
    IEnumerable<WorkloadRecord> Read();
}
