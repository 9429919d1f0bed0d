namespace Peregrine.Packages.Tests;

/// <summary>A project as `dotnet new console` makes it, in a folder of its own.</summary>
internal static class FreshProject
{
    /// <summary>Its text. Warnings are errors: they would be the user's.</summary>
    public static string Text(string references, string properties = "") => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <NuGetAudit>false</NuGetAudit>
            {properties}
          </PropertyGroup>
          <ItemGroup>
            {references}
          </ItemGroup>
        </Project>
        """;

    /// <summary>Builds Fresh.csproj of a folder.</summary>
    /// <returns>The program that comes of it.</returns>
    public static string Build(string folder)
    {
        _ = DotNet.Run(folder, "build", "Fresh.csproj", "--nologo", "-v", "quiet", "-nodeReuse:false", "-o", "built");
        return Path.Combine(folder, "built/Fresh.dll");
    }
}
