using System.CommandLine;
using Streaming.Models.Hstu;
using Streaming.Server.Output;

namespace Streaming.Server.Commands;

/// <summary><c>streaming model …</c>: makes the default model, and says which one running instances use.</summary>
internal static class ModelCommand
{
    public static Command Create(KafkaSettings settings) => new("model", "Work with sequence models")
    {
        Init(),
        ModelPromotionCommands.Promote(settings),
        ModelPromotionCommands.RollBack(settings),
        ModelPromotionCommands.List(settings),
    };

    private static Command Init()
    {
        var output = new Option<string>("--output") { Description = "Folder to write manifest.json and weights.safetensors to", Required = true };
        var json = JsonOption.Create();
        var init = new Command("init", "Write the seeded, untrained default HSTU model") { output, json };
        init.SetAction(result =>
        {
            var model = HstuDefaultModel.Create();
            model.Save(result.GetValue(output)!);
            Answer.Write(
                result.GetValue(json),
                new { model.ModelVersion, model.Trained, output = result.GetValue(output) },
                $"{model.ModelVersion} (trained: {(model.Trained ? "true" : "false")}) written to {result.GetValue(output)}");
            return ExitCodes.Ok;
        });
        return init;
    }
}
