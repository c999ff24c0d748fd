namespace Streaming.Models.Hstu.Cpu;

/// <summary>Products of rows and a packed matrix. Hot path.</summary>
/// <remarks>
/// The loop over panels is outermost: each weight comes from memory once for all rows, and four rows share each load. An output adds its products
/// in the order of the inputs, so its bits do not depend on the rows beside it.
/// </remarks>
internal static unsafe class PanelProduct<TSimd, TVector>
    where TSimd : ISimd<TVector>
    where TVector : unmanaged
{
    private const int Width = KvLayout.Group;

    /// <summary>output += input · matrix, for the outputs of some panels.</summary>
    /// <param name="matrix">[in, out]</param>
    /// <param name="firstPanel">The first panel.</param>
    /// <param name="panels">How many.</param>
    /// <param name="input">Rows of at least in numbers.</param>
    /// <param name="output">As many rows, of out numbers: also the sums' start.</param>
    public static void MultiplyAdd(PackedMatrix matrix, int firstPanel, int panels, RowBlock input, RowBlock output)
    {
        for (var panel = firstPanel; panel < firstPanel + panels; panel += 2)
        {
            var two = panel + 1 < firstPanel + panels;
            var row = 0;
            for (; row + 4 <= input.Count; row += 4)
            {
                FourRows(matrix, panel, input, output, row);
                if (two) FourRows(matrix, panel + 1, input, output, row);
            }
            for (; row < input.Count; row++)
            {
                if (two) OneRowTwoPanels(matrix, panel, input.Row(row), output.Row(row));
                else OneRow(matrix, panel, input.Row(row), output.Row(row));
            }
        }
    }

    // 8 sums: enough to hide the latency of a multiply-add, and they fit the registers of every width.
    private static void FourRows(PackedMatrix matrix, int panel, RowBlock input, RowBlock output, int row)
    {
        float* in0 = input.Row(row), in1 = input.Row(row + 1), in2 = input.Row(row + 2), in3 = input.Row(row + 3);
        for (var column = 0; column < Width; column += 2 * TSimd.Lanes)
        {
            var weights = matrix.Panel(panel) + column;
            var out0 = output.Row(row) + (panel * Width) + column;
            float* out1 = out0 + output.Stride, out2 = out1 + output.Stride, out3 = out2 + output.Stride;
            TVector a0 = TSimd.Load(out0), b0 = TSimd.Load(out0 + TSimd.Lanes);
            TVector a1 = TSimd.Load(out1), b1 = TSimd.Load(out1 + TSimd.Lanes);
            TVector a2 = TSimd.Load(out2), b2 = TSimd.Load(out2 + TSimd.Lanes);
            TVector a3 = TSimd.Load(out3), b3 = TSimd.Load(out3 + TSimd.Lanes);
            for (var k = 0; k < matrix.Inputs; k++, weights += Width)
            {
                TVector a = TSimd.Load(weights), b = TSimd.Load(weights + TSimd.Lanes);
                var x = TSimd.Broadcast(in0[k]);
                (a0, b0) = (TSimd.MultiplyAdd(x, a, a0), TSimd.MultiplyAdd(x, b, b0));
                x = TSimd.Broadcast(in1[k]);
                (a1, b1) = (TSimd.MultiplyAdd(x, a, a1), TSimd.MultiplyAdd(x, b, b1));
                x = TSimd.Broadcast(in2[k]);
                (a2, b2) = (TSimd.MultiplyAdd(x, a, a2), TSimd.MultiplyAdd(x, b, b2));
                x = TSimd.Broadcast(in3[k]);
                (a3, b3) = (TSimd.MultiplyAdd(x, a, a3), TSimd.MultiplyAdd(x, b, b3));
            }
            Store(a0, b0, out0);
            Store(a1, b1, out1);
            Store(a2, b2, out2);
            Store(a3, b3, out3);
        }
    }

    private static void OneRowTwoPanels(PackedMatrix matrix, int panel, float* input, float* output)
    {
        for (var column = 0; column < Width; column += 2 * TSimd.Lanes)
        {
            float* left = matrix.Panel(panel) + column, right = matrix.Panel(panel + 1) + column;
            float* outLeft = output + (panel * Width) + column, outRight = outLeft + Width;
            TVector a = TSimd.Load(outLeft), b = TSimd.Load(outLeft + TSimd.Lanes);
            TVector c = TSimd.Load(outRight), d = TSimd.Load(outRight + TSimd.Lanes);
            for (var k = 0; k < matrix.Inputs; k++, left += Width, right += Width)
            {
                var x = TSimd.Broadcast(input[k]);
                a = TSimd.MultiplyAdd(x, TSimd.Load(left), a);
                b = TSimd.MultiplyAdd(x, TSimd.Load(left + TSimd.Lanes), b);
                c = TSimd.MultiplyAdd(x, TSimd.Load(right), c);
                d = TSimd.MultiplyAdd(x, TSimd.Load(right + TSimd.Lanes), d);
            }
            Store(a, b, outLeft);
            Store(c, d, outRight);
        }
    }

    private static void OneRow(PackedMatrix matrix, int panel, float* input, float* output)
    {
        for (var column = 0; column < Width; column += 2 * TSimd.Lanes)
        {
            var weights = matrix.Panel(panel) + column;
            var target = output + (panel * Width) + column;
            TVector a = TSimd.Load(target), b = TSimd.Load(target + TSimd.Lanes);
            for (var k = 0; k < matrix.Inputs; k++, weights += Width)
            {
                var x = TSimd.Broadcast(input[k]);
                a = TSimd.MultiplyAdd(x, TSimd.Load(weights), a);
                b = TSimd.MultiplyAdd(x, TSimd.Load(weights + TSimd.Lanes), b);
            }
            Store(a, b, target);
        }
    }

    private static void Store(TVector a, TVector b, float* target)
    {
        TSimd.Store(a, target);
        TSimd.Store(b, target + TSimd.Lanes);
    }
}
