using Peregrine.Testing;

namespace Peregrine.Tools.Tests.Match;

/// <summary>The scenarios of the CoinTossX suite, played by the built command.</summary>
public sealed class CoinTossTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Scenarios_OfEveryGroupThatIsThere_GiveTheirTradesAndBooks()
    {
        string root = SharedData.Require("data/vectors/cointossx");
        List<string> missing = [];
        List<string> different = [];
        int agreed = 0;
        foreach (CoinTossScenario scenario in Directory.GetDirectories(root).Order(StringComparer.Ordinal)
            .SelectMany(folder => CoinTossScenario.ReadGroup(folder, missing)))
        {
            List<string> differences = Play(scenario);
            agreed += differences.Count == 0 ? 1 : 0;
            different.AddRange(differences.Select(difference => $"{scenario.Group} {scenario.Number}: {difference}"));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{agreed} scenarios agree; {string.Join('\n', missing)}");
        Assert.True(different.Count == 0, $"{agreed} scenarios agree, not:\n{string.Join('\n', different)}\n{string.Join('\n', missing)}");
        Assert.True(agreed > 0, "there are scenarios");
    }

    [Fact]
    public void Script_OfEachKindOfInput_SaysWhatTheColumnsMean()
    {
        Write("Init", "B,1,2,,10:00,100,50", "O,2,4,,11:00,200,60,55,6,2030-01-02 10:00:00", "O,3,5,40,09:00,80,70,,8,2030-01-02 10:00:00",
            "B,4,3,,12:00,10,90", "O,5,1,,13:00,30,");

        Assert.Equal(
            [
                "rule cancelHiddenRests 7", "rule hiddenImprovement 10", "rule marketWithBest on", "instrument STOCK decimals 0 tick 5",
                    "new 3 sell 80 @ 70 hidden min 40 gtt 2030-01-02T10:00:00", "new 1 buy 100 @ 50",
                "new 2 sell 200 stop 55 @ 60 gtd 2030-01-02", "new 4 buy 10 stop 90", "new 5 sell 30 market", "new 1' sell 5 @ 45 ioc",
            ],
            Script("limitOrder", "O,1,2,,14:00,5,45,,3,0"));
        Assert.Equal("cancel 2", Script("cancelOrder", "O,2,4,,,,60")[^1]);
        Assert.Equal("replace 2 leaves 150 stop 56 expires 2030-01-03", Script("replaceOrder", "O,2,4,,11:00,150,60,56,6,2030-01-03 10:00:00")[^1]);
        Assert.Equal("replace 3 @ 65 min 50", Script("replaceOrder", "O,3,5,50,11:00,80,65,,8,2030-01-02 10:00:00")[^1]);
        Assert.Equal("replace 9 leaves 1 @ 2", Script("replaceOrder", "B,9,2,,11:00,1,2")[^1]);
        Assert.Equal("phase continuous", Script("auction", null)[^1]);
        Assert.Contains("phase opening-auction", Script("auction", null)[3]);
        Assert.Contains("rule stopsByArrival on", Script("stopLimitOrder", "B,9,2,,11:00,1,2"));
        Assert.Equal("rule minimumPerTrade on", Script("replaceOrder", "B,9,2,,11:00,1,2")[2]);
    }

    [Fact]
    public void Comparison_OfWhatIsNotAsExpected_TellsIt()
    {
        Write("Init", "O,1,2,,10:00,100,50", "O,2,2,,11:00,100,50");
        CoinTossScenario scenario = Read("limitOrder", "B,3,2,,12:00,150,50") with { Trades = [(50, 100), (50, 40)],
            Expected = [new CoinTossOrder { Side = 'O', Id = 2, Type = 2, Size = 60, Price = 50 }] };

        Assert.Equal(
            [
                "trades: expected [100@50, 40@50], found [100@50, 50@50]",
                "book: expected [O 2 type 2 mes 0: 60@50], found [O 2 type 2 mes 0: 50@50]",
            ],
            Play(scenario));
    }

    private List<string> Play(CoinTossScenario scenario)
    {
        CommandResult result = CommandProcess.Run("match", _folder.Write(scenario.ToScript(), "scenario.txt"), "--json");
        Assert.True(result.ExitCode == 0, $"{scenario.Group} {scenario.Number}: {result.Error}\n{scenario.ToScript()}");
        return scenario.Compare(result.Output.Split('\n'));
    }

    private string[] Script(string group, string? input) => Read(group, input).ToScript().Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];

    private CoinTossScenario Read(string group, string? input)
    {
        string folder = Directory.CreateDirectory(_folder.File(group)).FullName;
        File.Copy(_folder.File("Init.csv"), Path.Combine(folder, "init.CSV"), overwrite: true);
        File.WriteAllText(Path.Combine(folder, "Input.csv"), $"Side,OrderID,Type,MES,Time,Size,Price\n{input}\n");
        File.WriteAllText(Path.Combine(folder, "Output.csv"), "Side,OrderID,Type,MES,Time,Size,Price\n");
        File.WriteAllText(Path.Combine(folder, "Stock.csv"), "StockCode,MRS,TickSize\n1,7,5");
        File.WriteAllText(Path.Combine(folder, "Trades.csv"), "TradeId,Price,Quantity\n");
        File.WriteAllText(Path.Combine(folder, "AnyMaster.csv"),
            $"TestNumber,Description,InitialState,AggressingOrder,ExpectedState,Stock,Trades\n" +
            $"1,Any,Init.csv,{(input is null ? "" : "Input.csv")},Output.csv,Stock.csv,Trades.csv\n\n");
        List<string> missing = [];
        CoinTossScenario scenario = Assert.Single(CoinTossScenario.ReadGroup(folder, missing));
        Assert.Empty(missing);
        return scenario;
    }

    private void Write(string name, params string[] rows) =>
        _ = _folder.Write(string.Join('\n', rows.Prepend("Side,OrderID,Type,MES,Time,Size,Price,StopPrice,TimeInForce,ExpireTime")), $"{name}.csv");
}
