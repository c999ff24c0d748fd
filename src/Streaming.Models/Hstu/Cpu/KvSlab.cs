using System.Runtime.InteropServices;

namespace Streaming.Models.Hstu.Cpu;

/// <summary>One native allocation, zeroed, on huge pages where the system gives them. Freed when disposed or, forgotten, by its finalizer.</summary>
internal sealed unsafe partial class KvSlab : SafeHandle
{
    private const nuint HugePageBytes = 2 << 20;
    private const int AdviseHugePages = 14;

    public KvSlab(long bytes)
        : base(0, ownsHandle: true)
    {
        // Aligned to huge pages: a window spread over 4 KiB pages would cost a translation miss for every 64 cache lines read.
        var memory = NativeMemory.AlignedAlloc((nuint)bytes, HugePageBytes);
        SetHandle((nint)memory);
        // A hint; a system without huge pages answers with an error that changes nothing.
        if (OperatingSystem.IsLinux()) _ = Advise(memory, (nuint)bytes, AdviseHugePages);
        NativeMemory.Clear(memory, (nuint)bytes);
        GC.AddMemoryPressure(bytes);
        Bytes = bytes;
    }

    public long Bytes { get; }

    public nint Start => handle;

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        GC.RemoveMemoryPressure(Bytes);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* start, nuint bytes, int advice);
}
