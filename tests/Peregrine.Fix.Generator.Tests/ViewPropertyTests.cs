using System.Text;
using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Views;
using Peregrine.Testing;

namespace Peregrine.Fix.Generator.Tests;

/// <summary>Views of random messages say of every field what was meant, and what the message says by its tag.</summary>
public class ViewPropertyTests
{
    private delegate FixViewStatus Checker(byte[] frame, FixIndex index, string type, MessageNode node);

    [Fact]
    public void Views_OfRandomMessages_SayOfEveryFieldWhatWasMeant() =>
        Check("FIX.4.4", ["D", "i"], ProofSize.Of(200, 5_000));

    [Theory]
    [InlineData("FIX.4.0")]
    [InlineData("FIX.4.1")]
    [InlineData("FIX.4.2")]
    [InlineData("FIX.4.3")]
    [InlineData("FIX.4.4")]
    [InlineData("FIX.5.0")]
    [InlineData("FIX.5.0SP1")]
    [InlineData("FIX.5.0SP2")]
    [Trait("Size", "Long")]
    public void Views_OfRandomMessagesOfEveryType_SayOfEveryFieldWhatWasMeant(string version) => Check(version, [], 200);

    private static FixDictionary Find(string version) => version switch
    {
        "FIX.5.0" => FixDictionaries.Fix50,
        "FIX.5.0SP1" => FixDictionaries.Fix50Sp1,
        "FIX.5.0SP2" => FixDictionaries.Fix50Sp2,
        _ => FixDictionaries.Find(version)!,
    };

    private static void Check(string version, string[] types, int rounds)
    {
        FixDictionary dictionary = Find(version);
        FixMessageType[] messages = [.. dictionary.Messages.Where(message => types.Length == 0 || types.Contains(message.MsgType))];
        Checker check = new GeneratorRun(CheckerSource.Of(dictionary, version, messages)).Load().GetType("Checker")!.GetMethod("Check")!
            .CreateDelegate<Checker>();
        FixIndex index = new(dictionary);
        FixValidator validator = new(dictionary);
        int valid = 0;
        int all = 0;
        foreach (FixMessageType type in messages)
        {
            for (int seed = 0; seed < rounds; seed++, all++)
            {
                MessageNode node = new RandomMessages(dictionary, seed).Next(type, density: seed % 4 * 25);
                byte[] frame = Frame(dictionary.Version, type.MsgType, node);
                if (!IsValid(frame, index, validator, type))
                {
                    continue;
                }

                valid++;
                Assert.True(check(frame, index, type.MsgType, node) == FixViewStatus.Ok, $"{version}, {type.Name}, seed {seed}: {node.Text()}");
                FixMessage message = new(frame, index);
                HashSet<int> inGroups = [];
                foreach (int tag in node.Tags)
                {
                    // The first one with the tag may be a group's.
                    Assert.True(message.TryGet(tag, out ReadOnlySpan<byte> value));
                    Assert.True(inGroups.Contains(tag) || value.SequenceEqual(Bytes(node.Value(tag))), $"{version}, {type.Name}, seed {seed}: {tag}");
                    node.AddTagsOfEntries(tag, inGroups);
                }
            }
        }

        // The rest are messages where the dictionary has a field both in a group and behind it.
        Assert.True(valid > all * 9 / 10, $"{valid} of {all} random messages of {version} are valid");
    }

    private static bool IsValid(byte[] frame, FixIndex index, FixValidator validator, FixMessageType type) =>
        index.TryParse(frame) && validator.Validate(new FixMessage(frame, index), type, out _) == FixFault.None;

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text.Replace('|', '\u0001'));

    private static byte[] Frame(string beginString, string type, MessageNode node)
    {
        byte[] body = Bytes($"35={type}|{node.Text()}");
        byte[] front = [.. Bytes($"8={beginString}|9={body.Length}|"), .. body];
        return [.. front, .. Bytes($"10={FixFramer.CheckSum(front):000}|")];
    }
}
