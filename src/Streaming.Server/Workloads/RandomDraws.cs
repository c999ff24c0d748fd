namespace Streaming.Server.Workloads;

/// <summary>Distributions on top of <see cref="Random"/>.</summary>
internal static class RandomDraws
{
    /// <summary>An exponential number with the given mean: the gap between arrivals of a Poisson process.</summary>
    public static double NextExponential(this Random random, double mean) => -mean * Math.Log(1 - random.NextDouble());

    /// <summary>A number whose logarithm is uniform between the two bounds.</summary>
    public static double NextLogUniform(this Random random, double min, double max) => min * Math.Pow(max / min, random.NextDouble());

    /// <summary>True with the given probability.</summary>
    public static bool NextChance(this Random random, double probability) => random.NextDouble() < probability;

    /// <summary>One of the items, all alike.</summary>
    public static T NextOf<T>(this Random random, T[] items) => items[random.Next(items.Length)];
}
