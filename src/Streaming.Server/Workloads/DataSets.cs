namespace Streaming.Server.Workloads;

/// <summary>Finds out which data set a directory holds.</summary>
public static class DataSets
{
    /// <summary>Opens the data set in a directory, recognised by the files in it.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="timeShift">Added to every time of the data set, for example to bring old events into an accepted range.</param>
    /// <exception cref="DataSetException">No directory, or none of the known layouts: the message lists what was looked for.</exception>
    public static IDataSet Open(string path, TimeSpan timeShift = default)
    {
        if (!Directory.Exists(path))
            throw new DataSetException($"{path} is not a directory.");
        return (IDataSet?)MovieLensDataSet.TryOpen(path, timeShift)
            ?? AmazonIndustrialDataSet.TryOpen(path, timeShift)
            ?? (IDataSet?)AmazonBeautyDataSet.TryOpen(path, timeShift)
            ?? ExportedDataSet.TryOpen(path, timeShift)
            ?? throw new DataSetException(
                $"{path} holds no known data set. Looked for {MovieLensDataSet.Layout}; for {AmazonIndustrialDataSet.Layout}; for {AmazonBeautyDataSet.Layout}; and for {ExportedDataSet.Layout}.");
    }
}
