using System.Numerics;
using Peregrine.Fix.Fast;

namespace Peregrine.Fix.Tests.Fast;

/// <summary>Gives a message of the model to our writer.</summary>
internal static class WriterDriver
{
    /// <param name="random">When given, the fields come in any order.</param>
    public static void Write(FastWriter writer, IReadOnlyList<FastField> fields, ModelGroup group, Random? random)
    {
        ModelValue[] values = [.. group.Fields];
        if (random is not null)
        {
            random.Shuffle(values);
        }

        foreach (ModelValue value in values)
        {
            Write(writer, fields.First(field => field.Name == value.Name), value.Value, random);
        }
    }

    private static void Write(FastWriter writer, FastField field, object value, Random? random)
    {
        switch (value)
        {
            case BigInteger number when number >= 0:
                writer.Set(field, (ulong)number);
                break;
            case BigInteger number:
                writer.Set(field, (long)number);
                break;
            case ModelDecimal number:
                writer.Set(field, (long)number.Mantissa, (int)number.Exponent);
                break;
            case byte[] bytes:
                writer.Set(field, bytes);
                break;
            case ModelGroup group:
                writer.BeginGroup(field);
                Write(writer, field.Fields, group, random);
                writer.End();
                break;
            case ModelTemplate template:
                FastTemplate other = writer.Templates.TemplateOf(template.Name)!;
                writer.BeginTemplate(other);
                Write(writer, other.Fields, template.Group, random);
                writer.End();
                break;
            default:
                writer.BeginSequence(field);
                foreach (ModelGroup element in (List<ModelGroup>)value)
                {
                    writer.NextElement();
                    Write(writer, field.Fields, element, random);
                }

                writer.End();
                break;
        }
    }
}
