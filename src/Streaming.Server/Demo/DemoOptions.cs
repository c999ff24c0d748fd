namespace Streaming.Server.Demo;

/// <summary>How long and how fast a demo runs.</summary>
internal sealed record DemoOptions(TimeSpan Duration, double EventsPerSecond, int Users, int Seed);
