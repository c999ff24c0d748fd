using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Streaming.Models.Hstu.Gpu;

/// <summary>The rows of the launch that is being prepared, in pinned memory, and where the clusters of a launch begin.</summary>
/// <remarks>Rows of one sequence must come one behind the other, so that they are in one cluster.</remarks>
internal sealed unsafe class GpuRows(GpuShape shape, nint host, int capacity)
{
    private readonly byte[] _starts = new byte[GpuShape.ClusterRows + 1];
    private HstuGpuSequence? _last;

    /// <summary>Rows so far.</summary>
    public int Count { get; private set; }

    /// <summary>Runs of neighbouring rows of one sequence; counted for as many rows as clusters may have.</summary>
    public int Groups { get; private set; }

    /// <summary>Bytes so far.</summary>
    public int SizeBytes => Count * shape.RowBytes;

    /// <summary>The next row: a token of a sequence, as number <paramref name="number"/> of its tokens.</summary>
    /// <param name="output">Row of the embeddings; −1 = none is wanted.</param>
    /// <returns>The row's bytes.</returns>
    public ReadOnlySpan<byte> Add(HstuGpuSequence sequence, in HstuToken token, long number, int output) => Write(Next(sequence), sequence, token, number, output);

    /// <summary>The same without adding it; valid until the next row comes.</summary>
    public ReadOnlySpan<byte> Preview(HstuGpuSequence sequence, in HstuToken token, long number) => Write(At(Count), sequence, token, number, -1);

    /// <summary>The row of a token once more, its distances measured from another time, without an embedding.</summary>
    public void Repeat(HstuGpuSequence sequence, ReadOnlySpan<byte> earlier, long anchor)
    {
        var row = Next(sequence);
        earlier.CopyTo(row);
        ref var head = ref Unsafe.As<byte, GpuRow>(ref row[0]);
        (head.Anchor, head.Output) = (anchor, -1);
    }

    /// <summary>Writes the rows and groups into the parameters of a launch, as far as they travel there.</summary>
    public void WriteTo(ref GpuStepArguments arguments)
    {
        arguments.Count = Count;
        arguments.IsInline = SizeBytes <= GpuStepArguments.InlineBytes ? 1 : 0;
        fixed (byte* rows = arguments.InlineRows, starts = arguments.Starts)
        {
            if (arguments.IsInline == 1) Buffer.MemoryCopy((void*)host, rows, GpuStepArguments.InlineBytes, SizeBytes);
            if (Count > GpuShape.ClusterRows) return;
            _starts[Groups] = (byte)Count;
            _starts.AsSpan(0, Groups + 1).CopyTo(new Span<byte>(starts, GpuStepArguments.StartsBytes));
        }
    }

    /// <summary>No rows.</summary>
    public void Clear() => (Count, Groups, _last) = (0, 0, null);

    private Span<byte> Next(HstuGpuSequence sequence)
    {
        if (sequence != _last && Count < GpuShape.ClusterRows) _starts[Groups++] = (byte)Count;
        _last = sequence;
        return At(Count++);
    }

    private Span<byte> At(int row)
    {
        if (row >= capacity) throw new InvalidOperationException($"The launch has {capacity} rows, its most.");
        return new Span<byte>((byte*)host + ((long)row * shape.RowBytes), shape.RowBytes);
    }

    private Span<byte> Write(Span<byte> row, HstuGpuSequence sequence, in HstuToken token, long number, int output)
    {
        Unsafe.WriteUnaligned(ref row[0], new GpuRow
        {
            Sequence = sequence.Row,
            Action = token.Action,
            Slot = (int)(number % shape.RingTokens),
            Count = (int)Math.Min(number + 1, shape.Config.Window),
            Time = token.EventTimeSeconds,
            Anchor = token.EventTimeSeconds,
            Known = token.Content.IsEmpty ? 0 : 1,
            Output = output,
        });
        if (!token.Content.IsEmpty) token.Content.Span.CopyTo(MemoryMarshal.Cast<byte, float>(row[sizeof(GpuRow)..]));
        return row;
    }
}
