using System.Globalization;

namespace Peregrine.Tools.Match;

/// <summary>The user's names of orders and owners, and the numbers that stand for them in the engine.</summary>
internal sealed class ScriptNames
{
    // Names of owners get numbers above any that a script would write itself.
    private const int FirstOwner = 1_000_000_000;
    // The name "0" is the id that the engine refuses.
    private readonly Dictionary<string, ulong> _orders = new(StringComparer.Ordinal) { ["0"] = 0 };
    private readonly List<string> _orderNames = ["0"];
    private readonly Dictionary<string, int> _owners = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _ownerNames = [];
    private int _lastAutomatic;

    /// <summary>The id of a name; the same for the same name.</summary>
    public ulong OrderId(string name)
    {
        if (_orders.TryGetValue(name, out ulong known))
        {
            return known;
        }

        if (_orderNames.Count > ScriptLimits.OrdersMax)
        {
            throw new ScriptFault($"more than {ScriptLimits.OrdersMax} names of orders, expected that many at most; split the script");
        }

        ulong id = (ulong)_orderNames.Count;
        _orders.Add(name, id);
        _orderNames.Add(name);
        return id;
    }

    /// <summary>The next of 1, 2, 3, ... that no order is named yet.</summary>
    public string NextOrderName()
    {
        string name;
        do
        {
            name = (++_lastAutomatic).ToString(CultureInfo.InvariantCulture);
        }
        while (_orders.ContainsKey(name));
        return name;
    }

    public string OrderName(ulong id) => _orderNames[(int)id];

    /// <summary>The number of an account, firm, strategy or session: itself when it is one.</summary>
    public int Owner(string name)
    {
        if (int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
        {
            return number < FirstOwner ? number : throw new ScriptFault($"found '{name}', expected a number below {FirstOwner} or a name");
        }

        if (!_owners.TryGetValue(name, out number))
        {
            number = FirstOwner + _ownerNames.Count;
            _owners.Add(name, number);
            _ownerNames.Add(name);
        }

        return number;
    }

    /// <summary>Null when it is nobody.</summary>
    public string? OwnerName(int number) => number < 0
        ? null
        : number < FirstOwner ? number.ToString(CultureInfo.InvariantCulture) : _ownerNames[number - FirstOwner];
}
