using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Streaming.Memory.Lists;
using Streaming.Memory.Search;

namespace Streaming.Memory.Tests.Search;

public sealed unsafe class CodeScanTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(264)]
    public void Every_register_width_gives_the_sums_of_a_plain_loop(int codes)
    {
        Random random = new(codes);
        byte[] table = [.. Enumerable.Range(0, codes * 16).Select(_ => (byte)random.Next(128))];
        var entries = Enumerable.Range(0, CodeBlock.Entries).Select(_ => Enumerable.Range(0, codes).Select(_ => (byte)random.Next(16)).ToArray()).ToArray();
        var block = new byte[CodeBlock.Bytes(codes)];
        ushort[] expected = [.. entries.Select(entry => (ushort)Enumerable.Range(0, codes).Sum(c => table[c * 16 + entry[c]]))];
        var read = new byte[codes];
        fixed (byte* b = block, t = table)
        {
            for (int i = 0; i < CodeBlock.Entries; i++)
                CodeBlock.Write(b, i, entries[i]);
            for (int i = 0; i < CodeBlock.Entries; i++)
            {
                CodeBlock.Read(b, i, read);
                Assert.Equal(entries[i], read);
            }

            Assert.Equal(expected, Numbers(CodeScan.Sums128(b, t, codes)));
            if (Avx2.IsSupported)
                Assert.Equal(expected, Numbers(CodeScan.Sums256(b, t, codes)));
            if (Vector512.IsHardwareAccelerated && Avx512BW.IsSupported)
                Assert.Equal(expected, Numbers(CodeScan.Sums512(b, t, codes)));
        }
    }

    private static ushort[] Numbers(Vector512<ushort> sums)
    {
        var numbers = new ushort[CodeBlock.Entries];
        sums.CopyTo(numbers);
        return numbers;
    }
}
