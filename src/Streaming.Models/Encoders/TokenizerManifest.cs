namespace Streaming.Models.Encoders;

/// <summary>The <c>tokenizer</c> section of a text tower. Which fields apply depends on <see cref="Kind"/>; one that does not apply is an error.</summary>
public sealed record TokenizerManifest
{
    /// <summary>Hashed words and n-grams, see <see cref="HashedNgramTokenizer"/>.</summary>
    public const string HashedNgrams = "hashed-ngrams";

    /// <summary>BERT's word pieces from a vocabulary file, see <see cref="WordPieceTokenizer"/>.</summary>
    public const string WordPiece = "wordpiece";

    /// <summary>An ONNX graph of its own, for example with the operators of onnxruntime-extensions (CLIP's BPE, sentencepiece, any other).</summary>
    public const string Graph = "graph";

    /// <summary>None: the model's graph takes the text itself.</summary>
    public const string InGraph = "in_graph";

    internal const int MaxWordNgrams = 4;

    /// <summary>One of the names above.</summary>
    public string? Kind { get; init; }

    /// <summary>Most tokens of a text, special ones included; the rest of a longer text is not read. Not for <see cref="InGraph"/>.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Word pieces, graph: every text is padded to this many tokens (CLIP: 77); absent = only to the longest of a batch.</summary>
    public int? PadTo { get; init; }

    /// <summary>Hashed n-grams: rows of the embedding table, with the two reserved ones (padding, "no text"); the rest after the word rows is for character n-grams.</summary>
    public int? Buckets { get; init; }

    /// <summary>Hashed n-grams: rows for words and word n-grams.</summary>
    public int? WordBuckets { get; init; }

    /// <summary>Hashed n-grams: longest word n-gram, in words; 1 = single words only.</summary>
    public int? WordNgrams { get; init; }

    /// <summary>Hashed n-grams: shortest character n-gram, in code points.</summary>
    public int? CharNgramMin { get; init; }

    /// <summary>Hashed n-grams: longest character n-gram, in code points.</summary>
    public int? CharNgramMax { get; init; }

    /// <summary>Hashed n-grams, word pieces.</summary>
    public bool? Lowercase { get; init; }

    /// <summary>Word pieces: accents are dropped; default as <see cref="Lowercase"/>.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Word pieces: one token a line, the line's number is its id.</summary>
    public ModelFileReference? Vocabulary { get; init; }

    /// <summary>Graph: the tokenizer's ONNX file.</summary>
    public ModelFileReference? Model { get; init; }

    /// <summary>Graph: its input, string [1].</summary>
    public string? Input { get; init; }

    /// <summary>Graph: its output of token ids, int64 or int32, [tokens] or [1, tokens].</summary>
    public string? Output { get; init; }

    /// <summary>Graph: id of the token that begins a text, when the graph does not put it there.</summary>
    public long? BeginId { get; init; }

    /// <summary>Graph: id of the token that ends a text. It ends a cut text too; with <see cref="EndIsAdded"/> also any other.</summary>
    public long? EndId { get; init; }

    /// <summary>Graph: true when the graph does not put the end token there.</summary>
    public bool? EndIsAdded { get; init; }

    /// <summary>Graph: id of padding; default 0.</summary>
    public long? PadId { get; init; }

    /// <returns>Every violated rule with its value; empty when valid.</returns>
    public IEnumerable<string> Validate(string section) => Kind switch
    {
        HashedNgrams => TokenizerRules.HashedNgrams(this, section),
        WordPiece => TokenizerRules.WordPiece(this, section),
        Graph => TokenizerRules.Graph(this, section),
        InGraph => TokenizerRules.InGraph(this, section),
        _ => [$"{section}.kind is '{Kind}'; it must be {HashedNgrams}, {WordPiece}, {Graph} or {InGraph}."],
    };
}
