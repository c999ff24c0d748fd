using System.Buffers;
using Microsoft.ML.OnnxRuntime;

namespace Streaming.Models.Encoders;

/// <summary>
/// Turns texts into embeddings with an ONNX model: manifest → tokens → ONNX Runtime → L2 norm of 1.
/// </summary>
/// <remarks>
/// <para>A text's embedding is the same bits whatever else is in the batch and whichever thread asks: every text is
/// one inference of its own, on one thread, without padding. Across processor
/// types the last bits may differ, as ONNX Runtime chooses its kernels by type.</para>
/// <para>Safe for any number of threads. <see cref="Dispose"/> must not run beside <see cref="Encode"/>.</para>
/// </remarks>
public sealed class TextEncoder : IDisposable
{
    private static readonly RunOptions Run = new();

    private readonly InferenceSession _session;
    private readonly HashedNgramTokenizer _tokenizer;
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly bool _normalise;

    private TextEncoder(EncoderManifest manifest, InferenceSession session)
    {
        Manifest = manifest;
        Dimension = manifest.Dimension!.Value;
        _session = session;
        _tokenizer = new HashedNgramTokenizer(manifest.Tokenizer!);
        _inputs = [manifest.Input!];
        _outputs = [manifest.Output!];
        _normalise = manifest.Normalise!.Value;
    }

    public EncoderManifest Manifest { get; }

    /// <summary>Published with every embedding.</summary>
    public string Version => Manifest.EncoderVersion!;

    /// <summary>Numbers in an embedding.</summary>
    public int Dimension { get; }

    /// <summary>Loads <c>manifest.json</c> and the model beside it.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The manifest is invalid, the checksum differs, or the model does not fit the manifest. The message lists what; replace the directory.
    /// </exception>
    public static TextEncoder Load(string directory)
    {
        var manifest = EncoderManifest.Load(directory);
        var session = OpenSession(directory, manifest);
        try
        {
            ManifestFile.ThrowIfAny(Path.Combine(directory, EncoderManifest.FileName), Mismatches(manifest, session));
            return new TextEncoder(manifest, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Encodes texts. A text without words gets the embedding of the model's "no text" row.</summary>
    /// <param name="texts">n texts of any length; the tokenizer bounds what is read.</param>
    /// <param name="embeddings">Receives n × <see cref="Dimension"/> numbers, row-major, each row of L2 norm 1 (if the manifest normalises).</param>
    /// <exception cref="ArgumentException"><paramref name="embeddings"/> is not n × <see cref="Dimension"/> long.</exception>
    /// <exception cref="InvalidDataException">The model gave no finite, nonzero embedding for a text: treat that record as bad.</exception>
    public void Encode(IReadOnlyList<string> texts, Span<float> embeddings)
    {
        if (embeddings.Length != texts.Count * Dimension)
            throw new ArgumentException($"Room for {embeddings.Length} numbers, but {texts.Count} texts need {texts.Count * Dimension}.", nameof(embeddings));

        var ids = ArrayPool<long>.Shared.Rent(_tokenizer.MaxTokens);
        try
        {
            for (var i = 0; i < texts.Count; i++)
                EncodeOne(texts[i], ids, embeddings.Slice(i * Dimension, Dimension));
        }
        finally
        {
            ArrayPool<long>.Shared.Return(ids);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private void EncodeOne(string text, long[] ids, Span<float> embedding)
    {
        var count = _tokenizer.Tokenize(text, ids);
        if (count == 0)
            ids[count++] = HashedNgramTokenizer.NoTextId;

        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, ids.AsMemory(0, count), [1, count]);
        using var outputs = _session.Run(Run, _inputs, [input], _outputs);
        outputs[0].GetTensorDataAsSpan<float>().CopyTo(embedding);

        var norm = Norm(embedding);
        if (!double.IsFinite(norm) || norm == 0)
            throw new InvalidDataException($"Encoder {Version} gave an embedding of norm {norm} for a text of {text.Length} characters.");
        if (_normalise)
            Divide(embedding, norm);
    }

    // Plain loops: a vectorised sum would depend on the processor's vector width.
    private static double Norm(ReadOnlySpan<float> embedding)
    {
        var sum = 0.0;
        foreach (var value in embedding)
            sum += (double)value * value;
        return Math.Sqrt(sum);
    }

    private static void Divide(Span<float> embedding, double norm)
    {
        foreach (ref var value in embedding)
            value = (float)(value / norm);
    }

    private static InferenceSession OpenSession(string directory, EncoderManifest manifest)
    {
        var content = ManifestFile.ReadChecked(directory, manifest.Model!);
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            // Patterns are kept for ever per input shape, and every token count is a shape.
            EnableMemoryPattern = false,
        };
        try
        {
            return new InferenceSession(content, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"{Path.Combine(directory, manifest.Model!.File!)}: ONNX Runtime cannot load it: {e.Message}", e);
        }
    }

    private static IEnumerable<string> Mismatches(EncoderManifest manifest, InferenceSession session)
    {
        if (session.InputMetadata.Count != 1 || !session.InputMetadata.TryGetValue(manifest.Input!, out var input))
            yield return $"input is '{manifest.Input}', but the model's inputs are: {string.Join(", ", session.InputMetadata.Keys)}.";
        else if (input.ElementType != typeof(long) || input.Dimensions.Length != 2)
            yield return $"the model's input is {input.ElementType.Name} with {input.Dimensions.Length} axes; it must be Int64 [batch, tokens].";

        if (!session.OutputMetadata.TryGetValue(manifest.Output!, out var output))
            yield return $"output is '{manifest.Output}', but the model's outputs are: {string.Join(", ", session.OutputMetadata.Keys)}.";
        else if (output.ElementType != typeof(float) || output.Dimensions is not [_, var width] || width != manifest.Dimension)
            yield return $"the model's output is {output.ElementType.Name} [{string.Join(", ", output.Dimensions)}]; it must be Single [batch, {manifest.Dimension}].";
    }
}
