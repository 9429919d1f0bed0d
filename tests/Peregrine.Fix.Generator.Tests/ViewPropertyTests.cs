using Peregrine.Fix.Dictionaries;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Views;
using Peregrine.Testing;

namespace Peregrine.Fix.Generator.Tests;

/// <summary>
/// Views of random messages say of every field what was meant, and what the message says by its tag; so do views of what writers write.
/// </summary>
public class ViewPropertyTests
{
    private delegate FixViewStatus Checker(byte[] frame, FixIndex index, string type, MessageNode node);

    private delegate FixWriteStatus Writer(byte[] target, string type, MessageNode node, out int bytes, out int tag);

    [Fact]
    public void ViewsAndWriters_OfRandomMessages_SayOfEveryFieldWhatWasMeant() =>
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
    public void ViewsAndWriters_OfRandomMessagesOfEveryType_SayOfEveryFieldWhatWasMeant(string version) => Check(version, [], 200);

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
        Type checker = new GeneratorRun(CheckerSource.Of(dictionary, version, messages)).Load().GetType("Checker")!;
        Checker check = checker.GetMethod("Check")!.CreateDelegate<Checker>();
        Writer write = checker.GetMethod("Write")!.CreateDelegate<Writer>();
        byte[] target = new byte[1 << 16];
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
                AssertTags(new FixMessage(frame, index), node, $"{version}, {type.Name}, seed {seed}");

                // What its writer writes is valid, and reads as it was meant.
                FixWriteStatus written = write(target, type.MsgType, node, out int bytes, out int faultTag);
                Assert.True(written == FixWriteStatus.Ok, $"{version}, {type.Name}, seed {seed}: {written} {faultTag}: {node.Text()}");
                Assert.Equal(FrameStatus.Ok, FixFramer.TryFrame(target, target.Length, out int framed));
                Assert.Equal(bytes, framed);
                Assert.True(IsValid(target[..bytes], index, validator, type), $"{version}, {type.Name}, seed {seed}: {node.Text()}");
                Assert.Equal(FixViewStatus.Ok, check(target[..bytes], index, type.MsgType, node));
            }
        }

        // The rest are messages where the dictionary has a field both in a group and behind it.
        Assert.True(valid > all * 9 / 10, $"{valid} of {all} random messages of {version} are valid");
    }

    private static void AssertTags(FixMessage message, MessageNode node, string who)
    {
        HashSet<int> inGroups = [];
        foreach (int tag in node.Tags)
        {
            // The first one with the tag may be a group's.
            Assert.True(message.TryGet(tag, out ReadOnlySpan<byte> value));
            Assert.True(inGroups.Contains(tag) || value.SequenceEqual(Wire.Bytes(node.Value(tag))), $"{who}: {tag}");
            node.AddTagsOfEntries(tag, inGroups);
        }
    }

    private static bool IsValid(byte[] frame, FixIndex index, FixValidator validator, FixMessageType type) =>
        index.TryParse(frame) && validator.Validate(new FixMessage(frame, index), type, out _) == FixFault.None;

    private static byte[] Frame(string beginString, string type, MessageNode node) => Wire.Message($"35={type}|{node.Text()}", beginString);
}
