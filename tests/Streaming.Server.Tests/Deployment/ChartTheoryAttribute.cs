namespace Streaming.Server.Tests.Deployment;

/// <summary>A theory that needs Helm and kubectl-validate, and is skipped where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChartTheoryAttribute : TheoryAttribute
{
    public ChartTheoryAttribute() => Skip = ChartTools.Missing;
}
