namespace Streaming.Models.SemanticIds.Training;

/// <summary>How one layer is clustered.</summary>
internal readonly record struct KMeansOptions(int Dimension, int Size, CodebookInitialisation Initialisation, int MaxThreads);
