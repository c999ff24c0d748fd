namespace Streaming.Models.Hstu.Cpu;

/// <summary>Zeroed floats that the collector does not move, on a cache line. Alive as long as this object is.</summary>
internal sealed unsafe class AlignedFloats
{
    private const int LineFloats = 16;

    private readonly float[] _memory;

    public AlignedFloats(long length)
    {
        _memory = GC.AllocateArray<float>(checked((int)length + LineFloats), pinned: true);
        var start = (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _memory[0]);
        var aligned = (start + (LineFloats * sizeof(float)) - 1) & ~((nint)(LineFloats * sizeof(float)) - 1);
        Pointer = (float*)aligned;
        Length = (int)length;
    }

    public float* Pointer { get; }

    public int Length { get; }

    public Span<float> Span => new(Pointer, Length);
}
