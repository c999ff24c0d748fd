namespace Streaming.Memory.Tests.Concurrency;

/// <summary>A theory about what two cores do to each other; skipped where there is one.</summary>
internal sealed class ManyCoresTheoryAttribute : TheoryAttribute
{
    public ManyCoresTheoryAttribute() => Skip = Environment.ProcessorCount > 1 ? null : "one core sees its own stores in their order";
}
