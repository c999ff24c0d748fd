using System.Text;
using Streaming.Memory.Rows;
using Streaming.Memory.Rules;

namespace Streaming.Memory.Tests.Rows;

public sealed class IdIndexTests
{
    [Fact]
    public void It_answers_as_a_dictionary_does_however_ids_come_and_go()
    {
        RowStore rows = new(VectorFormat.HalfPrecision, 1, 64);
        IdIndex index = new(rows);
        Dictionary<string, int> expected = [];
        Random random = new(1);
        for (int i = 0; i < 200_000; i++)
        {
            string id = $"id-{random.Next(3_000)}";
            byte[] utf8 = Encoding.UTF8.GetBytes(id);
            IdKey key = IdKey.Of(utf8);
            Assert.Equal(expected.GetValueOrDefault(id, -1), index.Find(key));
            if (expected.TryGetValue(id, out int held) && random.Next(2) == 0)
            {
                index.Remove(key);
                expected.Remove(id);
                rows.Return(held);
                continue;
            }
            int row = rows.Take(hasVector: true, eventTimeMs: 1);
            rows[row].Write(new(1, 0, 0, 0, 0, -1));
            rows.WriteId(rows[row], utf8);
            index.Set(key, row);
            if (expected.Remove(id, out int replaced))
                rows.Return(replaced);
            expected[id] = row;
        }
        Assert.All(expected, pair => Assert.Equal(pair.Value, index.Find(IdKey.Of(Encoding.UTF8.GetBytes(pair.Key)))));
    }
}
