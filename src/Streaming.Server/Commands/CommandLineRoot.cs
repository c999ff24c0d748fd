using System.Collections;
using System.CommandLine;

namespace Streaming.Server.Commands;

/// <summary>All commands of the program.</summary>
internal static class CommandLineRoot
{
    public static ParseResult Create(string[] args)
    {
        var (settings, rest) = KafkaSettings.Extract(args, Environment());
        var root = new RootCommand("A real-time feature platform: user events and creatives in, fresh embeddings and features out, on Kafka topics")
        {
            DemoCommand.Create(),
            RunCommand.Create(settings),
            ReplayCommand.Create(settings),
            ProduceCommand.Create(settings),
            TailCommand.Create(settings),
            ExportCommand.Create(settings),
            UserCommand.Create(),
            CreativeCommand.Create(),
            SearchCommand.Create(),
            MemoryCommand.Create(settings),
            TopologyCommand.Create(),
            CodebookCommand.Create(),
            EncoderCommand.Create(),
            CreativesCommand.Create(settings),
            ModelCommand.Create(settings),
            AccuracyCommand.Create(),
            BenchCommand.Create(settings),
        };
        return root.Parse(rest);
    }

    private static IEnumerable<KeyValuePair<string, string>> Environment() =>
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => KeyValuePair.Create((string)e.Key, (string?)e.Value ?? ""));
}
