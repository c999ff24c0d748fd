using Confluent.Kafka;

namespace Streaming.Server.Commands;

/// <summary>Client settings from the command line (<c>--kafka.sasl.mechanism PLAIN</c>) and the environment (<c>STREAMING_KAFKA_SASL_PASSWORD</c>).</summary>
internal sealed record KafkaSettings(IReadOnlyDictionary<string, string> Values)
{
    private const string OptionPrefix = "--kafka.";
    private const string VariablePrefix = "STREAMING_KAFKA_";

    /// <summary>Takes the settings out of the arguments; the command line wins over the environment, which holds what must not be seen in a process list.</summary>
    /// <exception cref="CommandException">A setting has no value.</exception>
    public static (KafkaSettings Settings, string[] Remaining) Extract(IReadOnlyList<string> args, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in environment)
        {
            if (name.StartsWith(VariablePrefix, StringComparison.Ordinal))
                values[Lower(name[VariablePrefix.Length..]).Replace('_', '.')] = value;
        }
        var rest = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith(OptionPrefix, StringComparison.Ordinal))
                rest.Add(args[i]);
            else
                Take(args, ref i, values);
        }
        return (new(values), [.. rest]);
    }

    /// <summary>Asks the client whether it knows every setting, so that a wrong one is told before anything starts.</summary>
    /// <exception cref="CommandException">It does not, or a value is not one that the setting can have; the message names the setting.</exception>
    public void Check()
    {
        if (Values.Count == 0)
            return;
        try
        {
            using var client = new AdminClientBuilder(Values).SetLogHandler((_, _) => { }).Build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new CommandException($"{OptionPrefix}<setting> or {VariablePrefix}<SETTING>: {e.Message}");
        }
    }

    private static void Take(IReadOnlyList<string> args, ref int i, Dictionary<string, string> values)
    {
        var setting = args[i][OptionPrefix.Length..];
        var equals = setting.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
            values[setting[..equals]] = setting[(equals + 1)..];
        else if (i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
            values[setting] = args[++i];
        else
            throw new CommandException($"{args[i]} needs a value");
    }

#pragma warning disable CA1308 // librdkafka's settings are lower case.
    private static string Lower(string name) => name.ToLowerInvariant();
#pragma warning restore CA1308
}
