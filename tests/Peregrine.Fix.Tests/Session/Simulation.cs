using System.Globalization;
using Peregrine.Fix.Messages;
using Peregrine.Fix.Session;

namespace Peregrine.Fix.Tests.Session;

/// <summary>
/// Two of our sessions and a line between them that loses, repeats and reorders, breaks, reads slowly, and whose ends die: what each side sends
/// is numbered 1, 2, 3, and the other must have each once and in order when all is quiet. With losses of power the store of an end goes
/// back to when it was synced last: its numbers begin anew then, both ends tell again what the other lacks, and what comes twice says that it may
/// (PossResend, or PossDupFlag).
/// </summary>
internal sealed class Simulation
{
    private const long SecondNs = 1_000_000_000;
    private readonly Random _random;
    private readonly Side _left;
    private readonly Side _right;
    private long _nowNs = 1_769_860_800 * SecondNs;

    private readonly bool _losesPower;

    public Simulation(int seed, bool losesPower = false)
    {
        _losesPower = losesPower;
        _random = new Random(seed);
        (string version, int early) = (new[] { "FIX.4.1", "FIX.4.2", "FIX.4.4", "FIXT.1.1" }[_random.Next(4)], _random.Next(2) * 100_000);
        int part = _random.Next(2) * _random.Next(1, 6);
        _left = new Side("LEFT", "RIGHT", version, isInitiator: true, early, part);
        _right = new Side("RIGHT", "LEFT", version, isInitiator: false, early, part);
        (_left.Other, _right.Other) = (_right, _left);
    }

    /// <summary>Plays, then waits until all is quiet.</summary>
    /// <returns>Empty when both have everything once and in order.</returns>
    public string Run(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            Step(_random.Next(2) == 0 ? _left : _right);
        }

        (_left.Room, _right.Room) = (int.MaxValue, int.MaxValue);
        for (int round = 0; round < 2_000 && !IsQuiet; round++)
        {
            Connect();
            Deliver(_left, int.MaxValue);
            Deliver(_right, int.MaxValue);
            Tick(0.5);
        }

        return _left.Missing + _right.Missing;
    }

    private bool IsQuiet => _left.IsOn && _right.IsOn && _left.Line.Count + _right.Line.Count == 0
        && _left.Missing.Length + _right.Missing.Length == 0;

    private void Step(Side side)
    {
        switch (_random.Next(100))
        {
            case < 35:
                side.SendNext(_nowNs);
                break;
            case < 70:
                Deliver(side, _random.Next(1, 6));
                break;
            case < 80:
                Tick(_random.NextDouble() * 12);
                break;
            case < 86:
                side.Room = _random.Next(3) == 0 ? int.MaxValue : _random.Next(4);
                side.Session.OnWritable();
                break;
            case < 89 when side.Line.Count > 0:
                side.Line.RemoveAt(_random.Next(side.Line.Count));
                break;

            // A reset that comes twice is two resets: not where numbers begin anew.
            case < 91 when side.Line.Count > 1 && !_losesPower:
                (side.Line[0], side.Line[^1]) = (side.Line[^1], side.Line[0]);
                break;
            case < 92 when side.Line.Count > 0 && !_losesPower:
                side.Line.Add(side.Line[_random.Next(side.Line.Count)]);
                break;
            case < 95:
                Break();
                break;
            case < 96 when _losesPower:
                Break();
                side.LosePower();
                break;
            case < 96:
                Break();
                side.Die();
                break;
            default:
                Connect();
                side.Save();
                break;
        }
    }

    private void Connect()
    {
        if (_left.Session.State == FixSessionState.Disconnected || _right.Session.State == FixSessionState.Disconnected)
        {
            Break();

            // Both sides agree on it.
            _left.Session.MustReset |= _right.Session.MustReset;
            _right.Session.OnConnected(_right, _nowNs);
            _left.Session.OnConnected(_left, _nowNs);
        }
    }

    private void Break()
    {
        foreach (Side side in (Side[])[_left, _right])
        {
            side.Line.Clear();
            if (side.Session.State != FixSessionState.Disconnected)
            {
                side.Session.OnDisconnected("broken");
            }
        }
    }

    private void Deliver(Side to, int count)
    {
        for (; count > 0 && to.Line.Count > 0; count--)
        {
            byte[] message = to.Line[0];
            to.Line.RemoveAt(0);
            to.Session.OnFrame(message, _nowNs);
        }
    }

    private void Tick(double seconds)
    {
        _nowNs += (long)(seconds * SecondNs);
        foreach (Side side in (Side[])[_left, _right])
        {
            side.Session.OnTick(_nowNs);
            side.Session.OnWritable();
        }
    }

    private sealed class Side : IFixApplication, IFixTransport
    {
        private readonly FixSessionOptions _options;
        private readonly LossyStore _store = new();

        // Since the numbers began: the message before the first, and the numbers that went to none. So a number names a message.
        private readonly List<long> _spent = [];
        private long _base;
        private int _sent;
        private int _received;
        private int _saved;
        private string _fault = "";

        public Side(string compId, string peer, string version, bool isInitiator, int early, int part)
        {
            _options = new FixSessionOptions { CompId = compId, PeerCompId = peer, BeginString = version, IsInitiator = isInitiator,
                EarlyBytesMax = early, ResendNumbersMax = part };
            Session = new FixSession(_options, _store, this);
        }

        public FixSession Session { get; private set; }

        public Side Other { get; set; } = null!;

        /// <summary>What is on its way to it.</summary>
        public List<byte[]> Line { get; } = [];

        public int Room { get; set; } = int.MaxValue;

        public bool IsOn => Session.State == FixSessionState.LoggedOn;

        public string Missing => _fault.Length > 0 ? _fault
            : _received == Other._sent ? ""
            : $"{_options.CompId} has {_received} of {Other._sent} ({Session.State}: {Session.LastEndReason}) ";

        public void SendNext(long nowNs)
        {
            FixWriter writer = Session.BeginMessage("B"u8, nowNs);
            WriteBody(ref writer, ++_sent);
            Assert.True(Session.TryEndMessage(ref writer, _sent), "it fits");
        }

        // What was received and its number are kept together.
        public void Save()
        {
            Session.SaveIncoming();
            _store.Sync();
            _saved = _received;
        }

        // What was taken and what is to be sent is kept elsewhere; only the store goes back.
        public void LosePower()
        {
            _store.LosePower();
            _saved = _received;
            Session = new FixSession(_options, _store, this) { MustReset = true };
            Session.TellAgain(_sent);
        }

        // What the other does not have, as far as the store knows of it; all else is told again too.
        public long OnReset(FixSession session)
        {
            _spent.Clear();
            return _base = Math.Min(session.Mark, Other._received);
        }

        public void OnNumberSpent(FixSession session, long sequence) => _spent.Add(sequence);

        public RemakeStatus TryRemake(FixSession session, long sequence, long end, out long following, out long mark)
        {
            (following, mark) = (sequence + 1, _base + sequence - _spent.Count(spent => spent < sequence));
            if (_spent.Contains(sequence))
            {
                return RemakeStatus.Gap;
            }

            FixWriter writer = session.Remake("B"u8, sequence, 0, isPossResend: true);
            WriteBody(ref writer, mark);
            Assert.True(session.TryEndRemake(ref writer), "it fits");
            return RemakeStatus.Made;
        }

        private static void WriteBody(ref FixWriter writer, long number)
        {
            writer.Add(148, Wire.Bytes(number.ToString(CultureInfo.InvariantCulture)));
            writer.Add(33, 1L);
            writer.Add(Tag.Text, "news"u8);
        }

        public void Die()
        {
            _received = _saved;
            Session = new FixSession(_options, _store, this);
        }

        public bool OnMessage(FixSession session, in FixMessage message)
        {
            _ = message.TryGetLong(148, out long number);
            if (number <= _received && (message.IsYes(Tag.PossResend) || message.IsYes(Tag.PossDupFlag)))
            {
                // Under another number; or under its own, for a reset that was asked for twice as no answer came.
                return true;
            }

            if (number != ++_received && _fault.Length == 0)
            {
                _fault = $"{_options.CompId} got {number} where {_received} is next ";
            }

            return true;
        }

        public bool TryWrite(ReadOnlySpan<byte> message)
        {
            if (Room == 0)
            {
                return false;
            }

            Room -= Room == int.MaxValue ? 0 : 1;
            Other.Line.Add(message.ToArray());
            return true;
        }

        public void Disconnect()
        {
            // What was written before still arrives; the other side is told by the line.
        }

        public void OnLogon(FixSession session)
        {
            session.TellAgain(_sent);
        }

        public void OnLogoff(FixSession session, string reason)
        {
        }
    }
}

/// <summary>Thousands of bad days.</summary>
public class SimulationTests
{
    [Fact]
    public void TwoSessions_WhoseMachinesLosePower_LoseNothing_AndDoubleWhatSaysSo()
    {
        int seeds = Testing.ProofSize.Of(500, 100_000);
        for (int seed = 0; seed < seeds; seed++)
        {
            string fault = new Simulation(seed, losesPower: true).Run(steps: 150);

            Assert.True(fault.Length == 0, $"seed {seed}: {fault}");
        }
    }

    [Fact]
    public void TwoSessions_OnALineThatDoesEverythingWrong_LoseAndDoubleNothing()
    {
        int seeds = Testing.ProofSize.Of(2_000, 200_000);
        for (int seed = 0; seed < seeds; seed++)
        {
            string fault = new Simulation(seed).Run(steps: 150);

            Assert.True(fault.Length == 0, $"seed {seed}: {fault}");
        }
    }
}
