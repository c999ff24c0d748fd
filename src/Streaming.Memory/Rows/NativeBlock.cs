using System.Runtime.InteropServices;

namespace Streaming.Memory.Rows;

/// <summary>Native memory, not zeroed, aligned to a cache line, freed by its owner or at the latest with this object.</summary>
/// <remarks>A block of 2 MiB or more asks for huge pages where the kernel has them: random reads over gigabytes otherwise wait for page walks.</remarks>
internal sealed unsafe partial class NativeBlock : IDisposable
{
    /// <summary>Bytes that come from memory together.</summary>
    public const int CacheLine = 64;

    /// <summary>Bytes of a huge page. Of a block that is no multiple of it, the rest has none.</summary>
    public const int HugePage = 2 << 20;

    private const int AdviseHugePages = 14;

    private byte* _address;

    public NativeBlock(long bytes)
    {
        Bytes = bytes;
        bool huge = bytes >= HugePage;
        _address = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, (nuint)(huge ? HugePage : CacheLine));
        if (huge && OperatingSystem.IsLinux())
            _ = Advise(_address, (nuint)bytes, AdviseHugePages); // Advice only: without it everything works, slower.
    }

    ~NativeBlock() => Free();

    public byte* Address => _address;

    public long Bytes { get; }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_address);
        _address = null;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
