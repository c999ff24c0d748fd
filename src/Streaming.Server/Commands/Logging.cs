using Microsoft.Extensions.Logging.Console;

namespace Streaming.Server.Commands;

/// <summary>Where a command logs: standard error, so that standard output stays the command's answer.</summary>
internal static class Logging
{
    public static ILoggerFactory To(LogLevel level, bool json = false) => LoggerFactory.Create(builder => Configure(builder, level, json));

    public static void Configure(ILoggingBuilder builder, LogLevel level, bool json)
    {
        builder.SetMinimumLevel(level);
        builder.AddFilter("Microsoft", LogLevel.Warning);
        // An address that cannot be listened on is thrown as well, and told in one line.
        builder.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        if (json)
            builder.AddJsonConsole(o => (o.UseUtcTimestamp, o.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
        else
            builder.AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat, o.UseUtcTimestamp, o.ColorBehavior) = (true, "HH:mm:ss.fff ", true, LoggerColorBehavior.Disabled));
        builder.Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
