using System.Text;
using Peregrine.Trading.MarketData;

namespace Peregrine.Feeds.Tests;

/// <summary>LOBSTER files as people have them: with what spreadsheets and scripts put around the lines.</summary>
public sealed class LobsterReaderTests
{
    private const string Line = "34200.000000001,1,7,100,5853300,1\n";

    [Theory]
    [InlineData(Line, 1)]
    [InlineData(Line + "\n", 1)]
    [InlineData(Line + "\r\n" + Line + "\n\n", 2)]
    [InlineData("\n" + Line, 1)]
    [InlineData("\uFEFF" + Line, 1)]
    [InlineData("time,type,order id,size,price,direction\n" + Line, 1)]
    [InlineData("\uFEFF\"Time\",\"Event Type\",\"Order ID\",\"Size\",\"Price\",\"Direction\"\r\n" + Line, 1)]
    [InlineData(Line + "34200.0,6,-1,1000,5855300,-1\n" + Line, 3)]
    public void Feed_WithWhatIsAroundItsLines_IsReadToItsEnd(string text, int messages)
    {
        using FeedReader feed = FeedFile.Over("AAPL.csv", new MemoryStream(Encoding.UTF8.GetBytes(text)));

        int read = 0;
        FeedStatus status;
        while ((status = feed.TryRead(out _)) == FeedStatus.Ok)
        {
            read++;
        }

        Assert.Equal(("LOBSTER", messages, FeedStatus.End), (feed.Format, read, status));
    }

    [Theory]
    [InlineData("name,other\n" + Line)]
    [InlineData("time,type,order id,size,price,direction\n")]
    [InlineData("time,type,order id,size,price,direction\ntime,type,order id,size,price,direction\n" + Line)]
    public void File_ThatIsNone_IsNotTakenForOne(string text) =>
        _ = Assert.Throws<FeedException>(() => FeedFile.Over("a.csv", new MemoryStream(Encoding.UTF8.GetBytes(text))));
}
