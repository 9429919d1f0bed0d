namespace Peregrine.Fix.Fast;

/// <summary>What is wrong with a message, and where.</summary>
/// <param name="Code">What is wrong.</param>
/// <param name="Template">The template; null when it is not known yet.</param>
/// <param name="Field">The field; null when it is the message itself.</param>
/// <param name="Offset">The byte of the message where the value begins that is wrong; -1 from the encoder.</param>
/// <param name="Value">The number that is wrong, when there is one.</param>
/// <param name="Limit">The limit that it breaks, when there is one.</param>
public readonly record struct FastError(FastErrorCode Code, FastTemplate? Template, FastField? Field, int Offset, long Value = 0, long Limit = 0)
{
    /// <summary>Code, place, what was found, what was expected and what to do.</summary>
    public override string ToString()
    {
        string code = Code.ToString();
        string place = Offset >= 0 ? $" at byte {Offset}" : "";
        string template = Template is null ? "" : $", template {Template}";
        string field = Field is null ? "" : $", field {Field}";
        return $"FAST {code}{place}{template}{field}: {Text}";
    }

    private string Text => Code switch
    {
        FastErrorCode.None => "nothing is wrong",
        FastErrorCode.D1 => $"a value of another kind was given, expected one that becomes {Field?.Type}",
        FastErrorCode.D2 => $"a whole number beyond the field's type, expected one of {Field?.Type}",
        FastErrorCode.D3 => "the decimal cannot be written with the operators of exponent and mantissa; give it another exponent",
        FastErrorCode.D4 => $"the previous value is of another type, expected {Field?.Type}; fields of several types share a key of a dictionary",
        FastErrorCode.D5 => "not sent, and there is no value before it and none in the template; a message was missed",
        FastErrorCode.D6 => "the value before it is empty, expected one; a message was missed, or a key is shared by an optional field",
        FastErrorCode.D7 => $"{Value} characters are taken off a string, expected at most {Limit}",
        FastErrorCode.D9 => $"no template has the identifier {(ulong)Value}; load the templates that the sender uses",
        FastErrorCode.D10 => "a byte vector is no number and no decimal, expected bytes",
        FastErrorCode.D11 => $"the text is no value of {Field?.Type}",
        FastErrorCode.D12 => "a block of 0 bytes, expected 1 or more",
        FastErrorCode.R1 => "the decimal is too large, expected an exponent of -63 to 63 and a mantissa of 64 bits",
        FastErrorCode.R2 => "the string is no UTF-8",
        FastErrorCode.R3 => "the text has a character that is not ASCII; use charset=\"unicode\"",
        FastErrorCode.R4 => $"the number does not fit, expected one of {Field?.Type}",
        FastErrorCode.R5 => "the decimal has a fraction or is too large, expected a whole number of the field's type",
        FastErrorCode.R6 => $"the whole number has bytes that it does not need; see {nameof(FastOptions.AllowsOverlong)}",
        FastErrorCode.R7 => $"the presence map has bytes that it does not need; see {nameof(FastOptions.AllowsOverlong)}",
        FastErrorCode.R8 => $"the presence map has bits that no field uses: templates of another feed, or see {nameof(FastOptions.AllowsOverlong)}",
        FastErrorCode.R9 => $"the string has a byte that it does not need; see {nameof(FastOptions.AllowsOverlong)}",
        FastErrorCode.EndOfData => "the bytes end here, expected more of the message",
        FastErrorCode.OutOfStep => "an error came before this message; reset at the next place where the sender begins anew",
        FastErrorCode.SequenceTooLong => $"{Value} elements, expected at most {Limit} ({nameof(FastOptions.SequenceLengthMax)})",
        FastErrorCode.BytesTooLong => $"{Value} bytes, expected at most {Limit} ({nameof(FastOptions.StringBytesMax)} or " +
            $"{nameof(FastOptions.MessageStringBytesMax)})",
        FastErrorCode.TooManyFields => $"{Value} fields in the message, expected at most {Limit} ({nameof(FastOptions.FieldsMax)})",
        FastErrorCode.TooDeep => $"fields inside of fields deeper than {Limit} ({nameof(FastOptions.DepthMax)})",
        FastErrorCode.Missing => "the field is mandatory and was not given",
        FastErrorCode.NotEncodable => "the operator of the field cannot express the value",
        FastErrorCode.TargetTooSmall => $"the target has {Limit} bytes, expected room for the whole message",
        FastErrorCode.Misplaced => "the template has no such field at this place",
        _ => "the templates are wrong",
    };
}
