; The installer for Windows, for Inno Setup 6. Build the program first (py start.py build), then this file:
; it takes dist\balcao and writes dist\balcao-VERSION-setup.exe.

#define Version "0.1.0"
#define Folder "balcao"

[Setup]
AppId={{66AB36B4-27D1-4FA5-A1C1-5A201B14591D}
AppName=Balcão
AppVersion={#Version}
AppVerName=Balcão {#Version}
SourceDir=..\..
OutputDir=dist
OutputBaseFilename=balcao-{#Version}-setup
SetupIconFile=resources\packaging\balcao.ico
UninstallDisplayIcon={app}\balcao.exe
UninstallDisplayName=Balcão
; For the user who installs it: no administrator is needed at the counter.
PrivilegesRequired=lowest
DefaultDirName={autopf}\Balcao
DisableProgramGroupPage=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
WizardStyle=modern
Compression=lzma2
SolidCompression=yes
ShowLanguageDialog=auto
; A running Balcão is asked to close: its files cannot be replaced.
CloseApplications=yes
RestartApplications=no

[Languages]
Name: "pt"; MessagesFile: "compiler:Languages\BrazilianPortuguese.isl"
Name: "es"; MessagesFile: "compiler:Languages\Spanish.isl"
Name: "en"; MessagesFile: "compiler:Default.isl"

[CustomMessages]
pt.Autostart=Abrir o Balcão quando este usuário entrar no Windows
es.Autostart=Abrir Balcão cuando este usuario inicie sesión en Windows
en.Autostart=Open Balcão when this user signs in to Windows
pt.Start=Abrir o Balcão
es.Start=Abrir Balcão
en.Start=Open Balcão
pt.DataStays=O Balcão foi removido. Os pedidos e os ajustes continuam nesta pasta; apague-a somente se eles não forem mais necessários:%n%n%1
es.DataStays=Balcão se ha eliminado. Los pedidos y los ajustes siguen en esta carpeta; bórrela solo si ya no los necesita:%n%n%1
en.DataStays=Balcão has been removed. The orders and the settings are still in this folder; delete it only if they are no longer needed:%n%n%1

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: "autostart"; Description: "{cm:Autostart}"; Flags: unchecked

[InstallDelete]
; Modules of an older version would be found beside the new ones.
Type: filesandordirs; Name: "{app}\_internal"
Type: filesandordirs; Name: "{app}\licences"

[Files]
Source: "dist\{#Folder}\balcao.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "dist\{#Folder}\balcao-terminal.exe"; DestDir: "{app}"; Flags: ignoreversion
Source: "dist\{#Folder}\_internal\*"; DestDir: "{app}\_internal"; Flags: ignoreversion recursesubdirs createallsubdirs
Source: "dist\{#Folder}\licences\*"; DestDir: "{app}\licences"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{autoprograms}\Balcão"; Filename: "{app}\balcao.exe"
Name: "{autodesktop}\Balcão"; Filename: "{app}\balcao.exe"; Tasks: desktopicon
Name: "{userstartup}\Balcão"; Filename: "{app}\balcao.exe"; Tasks: autostart

[Run]
Filename: "{app}\balcao.exe"; Description: "{cm:Start}"; Flags: nowait postinstall skipifsilent

[Code]
procedure CurUninstallStepChanged(Step: TUninstallStep);
begin
  if (Step = usPostUninstall) and not UninstallSilent then
    MsgBox(FmtMessage(CustomMessage('DataStays'), [ExpandConstant('{localappdata}\balcao')]), mbInformation, MB_OK);
end;
