namespace Streaming.Server.Accuracy;

/// <summary>The place of a target among the items, from 1. A tie counts against it: an item of the same score stands before it.</summary>
/// <param name="All">Among all items.</param>
/// <param name="Unseen">Among the items that the user had not met before, and the target.</param>
public readonly record struct Rank(int All, int Unseen);
