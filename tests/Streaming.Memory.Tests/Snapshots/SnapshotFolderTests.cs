using Streaming.Memory.Snapshots;

namespace Streaming.Memory.Tests.Snapshots;

public sealed class SnapshotFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streaming-snapshot-");
    private readonly VectorNamespace _memory = SampleNamespace.Make(new ManualTime(4_000_000));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_newest_comes_first_and_no_more_are_kept_than_wanted()
    {
        SnapshotFolder folder = new(Path.Combine(_folder.FullName, "made"), kept: 2);
        Assert.Empty(folder.Files());

        List<string> written = [];
        for (int i = 0; i < 12; i++)
            written.Add(Write(folder));

        Assert.Equal([written[11], written[10]], folder.Files());
        Assert.Equal(2, Directory.GetFileSystemEntries(folder.Path).Length);
    }

    [Fact]
    public void What_a_crash_left_unfinished_is_no_snapshot_and_goes_with_the_next()
    {
        SnapshotFolder folder = new(_folder.FullName, kept: 2);
        string whole = Write(folder);
        string unfinished = Path.Combine(_folder.FullName, "00000002.snapshot.unfinished");
        File.WriteAllBytes(unfinished, [1, 2, 3]);
        File.WriteAllText(Path.Combine(_folder.FullName, "notes.snapshot"), "no snapshot");

        Assert.Equal([whole], folder.Files());
        string next = Write(folder);

        Assert.Equal([next, whole], folder.Files());
        Assert.False(File.Exists(unfinished));
    }

    [Fact]
    public void A_snapshot_that_cannot_be_written_leaves_the_ones_before_as_they_were()
    {
        SnapshotFolder folder = new(_folder.FullName, kept: 1);
        string whole = Write(folder);
        // A folder in its place: the last step fails.
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "00000002.snapshot"));

        Assert.ThrowsAny<IOException>(() => Write(folder));

        Assert.Equal([whole], folder.Files());
        Assert.Empty(Directory.GetFiles(_folder.FullName, "*.unfinished"));
        VectorNamespace.Restore(SampleNamespace.Options, new ManualTime(4_000_000), whole);
    }

    [Fact]
    public void What_is_not_published_cannot_be_captured()
    {
        _memory.Upsert("new", [1, 0], null, new(9_000, "t-0", 99));

        Assert.Throws<InvalidOperationException>(() => _memory.Capture("c", []));
    }

    private string Write(SnapshotFolder folder)
    {
        using var captured = _memory.Capture("c", SampleNamespace.Positions);
        return folder.Write(captured).FullName;
    }
}
