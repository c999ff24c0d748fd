namespace Streaming.Server.Routing;

/// <summary>What came of asking one instance: exactly one of the three.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Refusal">What is wrong with the question.</param>
/// <param name="Failure">Why there is no answer.</param>
internal readonly record struct InstanceReply<T>(T? Answer, IResult? Refusal, string? Failure)
    where T : class;
